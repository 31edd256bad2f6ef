package order_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMailTellsEachCooperativeOfItsOwnPart(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.exec(`update cooperatives set email = '' where id = $1`, m.soap)
	m.exec(`insert into users (id, name, email, password_hash, role, disabled_at, created_at)
		values (gen_random_uuid(), 'سابقة', 'gone@souk.example', '', 'association', now(), now())`)
	o := m.place(m.basic()).Order
	mails := m.mails()
	recipients := slices.Sorted(maps.Keys(mails))
	if diff := cmp.Diff([]string{"association@souk.example", "iklil-el-qimma@souk.example", "nouarat-echcharaa@souk.example"}, recipients); diff != "" {
		t.Fatal(diff)
	}
	for recipient, words := range map[string]struct{ has, hasNot []string }{
		"nouarat-echcharaa@souk.example": { // whose member reads French
			[]string{"Nouvelle commande " + o.Number, "2 × Couscous de blé (1\u00a0kg)", "52\u00a0DH",
				"https://souk.example/fr/seller/orders/" + m.part(o, m.couscous).ID.String()},
			[]string{"Miel", "Savon", "238", "661234567", "السلام", "بنعيسى"},
		},
		"iklil-el-qimma@souk.example": { // of which nothing is known
			[]string{"طلب جديد " + o.Number, "1 × عسل الزعتر", "https://souk.example/ar/seller/orders/" + m.part(o, m.honey).ID.String()},
			[]string{"كسكس", "صابون", "238", "661234567", "بنعيسى"},
		},
		"association@souk.example": {
			[]string{"طلب مشترك " + o.Number, "نوارة الشراعة", "إكليل القمة", "زهرة العين", "238", "بركان",
				"https://souk.example/ar/association/orders/" + o.ID.String()},
			[]string{"661234567", "بنعيسى"},
		},
	} {
		text := mails[recipient].Subject + "\n" + mails[recipient].Body
		for _, word := range words.has {
			if !strings.Contains(text, word) {
				t.Errorf("%s is not told %q:\n%s", recipient, word, text)
			}
		}
		for _, word := range words.hasNot {
			if strings.Contains(text, word) {
				t.Errorf("%s is told %q:\n%s", recipient, word, text)
			}
		}
	}
}
