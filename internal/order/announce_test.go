package order_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/postgres"
)

func TestMailTellsEachCooperativeOfItsOwnPart(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.exec(`update cooperatives set email = '' where id = $1`, m.soap)
	m.exec(`insert into users (id, name, email, password_hash, role, disabled_at, created_at)
		values (gen_random_uuid(), 'سابقة', 'gone@souk.example', '', 'director', now(), now())`)
	o := m.place(m.basic()).Order
	mails := m.mails()
	recipients := slices.Sorted(maps.Keys(mails))
	if diff := cmp.Diff([]string{"association@souk.example", "iklil-el-qimma@souk.example", "nouarat-echcharaa@souk.example"}, recipients); diff != "" {
		t.Fatal(diff)
	}
	wantWords(t, mails, map[string]words{
		"nouarat-echcharaa@souk.example": { // whose member reads French
			[]string{"Nouvelle commande " + o.Number, "2 × Couscous de blé, 1\u00a0kg",
				"https://souk.example/fr/seller/orders/" + m.part(o, m.couscous).ID.String()},
			[]string{"Miel", "Savon", "238\u00a0", "661234567", "السلام", "بنعيسى"},
		},
		"iklil-el-qimma@souk.example": { // of which nothing is known
			[]string{"طلب جديد " + o.Number, "1 × عسل الزعتر", "https://souk.example/ar/seller/orders/" + m.part(o, m.honey).ID.String()},
			[]string{"كسكس", "صابون", "238\u00a0", "661234567", "بنعيسى"},
		},
		"association@souk.example": {
			[]string{"طلب مشترك " + o.Number, "نوارة الشراعة", "إكليل القمة", "زهرة العين", "238\u00a0", "بركان",
				"https://souk.example/ar/association/orders/" + o.ID.String()},
			[]string{"661234567", "بنعيسى"},
		},
	})
}

// TestAMailNamesTheSumThatTheCardAndTheLedgerHave: the share, and the sale by its name beside it; and no sum to whoever
// may only prepare.
func TestAMailNamesTheSumThatTheCardAndTheLedgerHave(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.exec(`update cooperatives set email = '' where id = $1`, m.couscous)
	m.exec(`update users set role = 'preparer' where id = $1`, m.members[m.couscous])
	o := m.place(m.basic()).Order
	mails := m.mails()
	part, ar, fr := m.part(o, m.honey), m.texts.Locale("ar"), m.texts.Locale("fr")
	share := part.Items - part.Commission
	said := ar.T("order.mail.share", "Share", ar.Money(share), "Sale", ar.Money(110_00), "Commission", ar.Money(part.Commission))
	wantWords(t, mails, map[string]words{
		"iklil-el-qimma@souk.example": {[]string{said}, nil},
		"member@nouarat.example":      {[]string{"Nouvelle commande " + o.Number}, []string{fr.Money(52_00), fr.Money(49_40), "{{"}},
		"association@souk.example": {
			[]string{ar.T("order.mail.part_sale", "Name", "إكليل القمة", "Items", ar.Money(110_00))}, nil},
	})
	m.must(m.Move(t.Context(), order.MoveConfirm, o.ID, m.people()))
	m.mails()
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "one"), m.people()))
	wantWords(t, m.mails(), map[string]words{"member@nouarat.example": {[]string{"Couscous de blé, 1\u00a0kg\u00a0: 1"}, []string{"DH", "{{"}}})
	m.bring(o.ID)
	m.wantBalances("once it is paid", map[ledger.Account]money.Amount{ledger.PayableTo(m.honey): share})
}

// Why a part is declined is told to each in his language, and the words beside it as they were typed.
func TestWhyAPartIsDeclinedIsToldInEachReadersLanguage(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.user("support@souk.example", "director", nil, "fr")
	for name, c := range map[string]struct {
		why  order.Decline
		note string
	}{
		"a reason":           {order.DeclineNoTime, ""},
		"a reason and words": {order.DeclineSoldOut, "Plus rien"},
		"words":              {"", "Plus rien"},
	} {
		o := m.place(m.basic()).Order
		m.mailsOf()
		by := m.of(m.couscous, c.note)
		by.Why = c.why
		part := m.part(o, m.couscous).ID
		m.must(m.Move(t.Context(), order.MoveDecline, part, by))
		told := 0
		for _, letter := range m.mailsOf() {
			l := m.texts.Locale(letter.Locale)
			want := c.note
			if c.why != "" {
				want = strings.TrimSuffix(l.T(c.why.Key())+" · "+c.note, " · ")
			}
			if told++; !strings.Contains(letter.Body, l.T("order.mail.why", "Note", want)+"\n") {
				t.Errorf("%s, to %s: %s", name, letter.To, letter.Body)
			}
			for _, e := range m.read(o.ID).Events {
				if e.PartID != nil && *e.PartID == part && e.State == string(order.PartDeclined) && e.NoteIn(l) != want {
					t.Errorf("%s, its history: %q", name, e.NoteIn(l))
				}
			}
		}
		if told != 2 {
			t.Errorf("%s: %d letters", name, told)
		}
	}
	by := m.of(m.couscous)
	by.Why = "x"
	if err := m.Move(t.Context(), order.MoveDecline, m.part(m.place(m.basic()).Order, m.couscous).ID, by); !errors.Is(err, order.ErrInvalid) {
		t.Errorf("a reason that there is not: %v", err)
	}
	m.wantClean()
}

// words are what a message says and what it must not say.
type words struct{ has, hasNot []string }

func wantWords(t *testing.T, mails map[string]mail.Message, want map[string]words) {
	t.Helper()
	for recipient, words := range want {
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

func TestMailTellsWhoeverDoesNotKnowThatAPartIsOff(t *testing.T) {
	t.Parallel()
	const association, couscous, honey, soap = "association@souk.example", "nouarat-echcharaa@souk.example",
		"iklil-el-qimma@souk.example", "zahrat-el-ain@souk.example"
	for name, c := range map[string]struct {
		move func(ctx context.Context, m *market, o order.Placed) error
		want map[string]words
	}{
		"a cooperative declines: the association calls the buyer": {
			func(ctx context.Context, m *market, o order.Placed) error {
				return m.Move(ctx, order.MoveDecline, m.part(o.Order, m.honey).ID, m.of(m.honey, "انكسرت الجرة"))
			},
			map[string]words{
				association: {[]string{"اعتذار تعاونية عن الطلب S-2611-", "إكليل القمة: بيع 110", "السبب: انكسرت الجرة", "الباقي للأداء مع التوصيل: 128",
					"https://souk.example/ar/association/orders/"}, []string{"نوارة", "661234567", "بنعيسى", "{{", "<no value>"}},
			},
		},
		"two do not answer": {
			func(ctx context.Context, m *market, o order.Placed) error {
				if err := m.Move(ctx, order.MoveAccept, m.part(o.Order, m.honey).ID, m.of(m.honey)); err != nil {
					return err
				}
				return m.Expire(ctx, o.Order.ID, m.read(o.Order.ID).ExpiresAt)
			},
			map[string]words{
				couscous: {[]string{"Commande annulée S-2611-", "2 × Couscous de blé, 1\u00a0kg", "Raison\u00a0: Pas de réponse de la coopérative dans le délai",
					"https://souk.example/fr/seller/orders/"}, []string{"Savon", "Miel", "238\u00a0", "{{", "<no value>"}},
				soap:        {[]string{"طلب ملغى S-2611-", "2 × صابون بلدي", "السبب: لم تجب التعاونية في الأجل"}, []string{"كسكس", "عسل"}},
				association: {[]string{"لم يُقبل في الأجل: الطلب S-2611-", "نوارة الشراعة: بيع 52", "زهرة العين: بيع 56", "الباقي للأداء مع التوصيل: 130"}, []string{"إكليل"}},
			},
		},
		"nobody answers": {
			func(ctx context.Context, m *market, o order.Placed) error {
				if err := m.Move(ctx, order.MoveConfirm, o.Order.ID, m.people()); err != nil {
					return err
				}
				return m.Expire(ctx, o.Order.ID, m.read(o.Order.ID).ExpiresAt)
			},
			map[string]words{
				couscous: {}, honey: {}, soap: {},
				association: {[]string{"لم يُقبل في الأجل", "لم يبق شيء من الطلب، فأُلغي."}, []string{"الباقي"}},
			},
		},
		"nobody confirms it": {
			func(ctx context.Context, m *market, o order.Placed) error {
				return m.Expire(ctx, o.Order.ID, o.Order.ExpiresAt)
			},
			map[string]words{
				couscous: {[]string{"Raison\u00a0: La commande n’a pas été confirmée à temps"}, nil}, honey: {}, soap: {},
				association: {[]string{"لم يُؤكد في الأجل: الطلب S-2611-", "لم يبق شيء من الطلب، فأُلغي."}, []string{"الباقي", "{{", "<no value>"}},
			},
		},
		"the buyer cancels what one has declined already": {
			func(ctx context.Context, m *market, o order.Placed) error {
				if err := m.Move(ctx, order.MoveDecline, m.part(o.Order, m.honey).ID, m.of(m.honey)); err != nil {
					return err
				}
				m.mails()
				return m.CancelByBuyer(ctx, o.Token)
			},
			map[string]words{
				couscous:    {[]string{"Commande annulée S-2611-", "2 × Couscous de blé"}, []string{"Raison", "Savon"}},
				soap:        {[]string{"طلب ملغى S-2611-"}, []string{"السبب"}},
				association: {[]string{"إلغاء من الزبون: الطلب S-2611-", "نوارة الشراعة", "زهرة العين"}, []string{"إكليل", "المرجو الاتصال", "السبب"}},
			},
		},
		"the association cancels, and knows it": {
			func(ctx context.Context, m *market, o order.Placed) error {
				return m.Move(ctx, order.MoveCancel, o.Order.ID, m.people("لا يجيب أحد"))
			},
			map[string]words{
				couscous: {[]string{"Commande annulée S-2611-", "Raison\u00a0: لا يجيب أحد"}, nil},
				honey:    {[]string{"طلب ملغى S-2611-", "1 × عسل الزعتر", "السبب: لا يجيب أحد"}, []string{"كسكس"}},
				soap:     {},
			},
		},
		"nobody is at the door": {
			func(ctx context.Context, m *market, o order.Placed) error {
				m.handOverAll(o.Order.ID)
				by := m.people()
				return errors.Join(m.Move(ctx, order.MoveDispatch, o.Order.ID, by), m.Move(ctx, order.MoveRefuse, o.Order.ID, by))
			},
			map[string]words{
				couscous: {[]string{"Commande non remise S-2611-", "2 × Couscous de blé"}, []string{"annulée", "Miel", "Raison"}},
				honey:    {[]string{"طلب لم يُتسلم S-2611-", "1 × عسل الزعتر"}, []string{"كسكس"}},
				soap:     {},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			placed := m.place(m.basic())
			m.mails()
			m.must(c.move(t.Context(), m, placed))
			mails := m.mails()
			if diff := cmp.Diff(slices.Sorted(maps.Keys(c.want)), slices.Sorted(maps.Keys(mails))); diff != "" {
				t.Errorf("who is to be told and who is (+): %s", diff)
			}
			wantWords(t, mails, c.want)
		})
	}
}

func TestTheLetterAboutAPartOfAPaidOrderSaysWhatGoesBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byCard()
	m.payFirst(o)
	m.mails()
	m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
	const association = "association@souk.example"
	wantWords(t, m.mails(), map[string]words{
		association: {[]string{"إكليل القمة: بيع 110", "أُدي ثمن الطلب: يُرد 110", "ويبقى مؤدى 128"}, []string{"الباقي للأداء", "{{", "<no value>"}},
	})
	for _, of := range []uuid.UUID{m.couscous, m.soap} {
		m.mails()
		m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, of).ID, m.of(of)))
	}
	wantWords(t, m.mails(), map[string]words{
		association: {[]string{"لم يبق شيء من الطلب، فأُلغي. أُدي ثمنه: يُرد"}, []string{"الباقي للأداء", "{{", "<no value>"}},
	})
	m.wantClean()
}

func TestWhoHasPaidIsToldThatTheCooperativesAreToAnswer(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Payment, in.Locale, in.Buyer.Email = paymenttest.Name, "fr", "hadda@souk.example"
	o := m.place(in).Order
	m.mails()
	m.payFirst(o)
	wantWords(t, m.mails(), map[string]words{
		in.Buyer.Email: {[]string{o.Number + "\u00a0: paiement reçu", "Les coopératives sont prévenues, nous attendons leurs réponses."}, []string{"préparent", "{{", "<no value>"}},
	})
}

func TestACooperativeWithoutAnAddressIsToldAtItsMembers(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.exec(`update cooperatives set email = ''`)
	m.exec(`insert into users (id, name, email, phone, password_hash, role, cooperative_id, locale, created_at, disabled_at) values
		(gen_random_uuid(), 'a', null, '+212661000001', '', 'president', $1, 'ar', '2026-01-01', null),
		(gen_random_uuid(), 'b', 'left@nouarat.example', null, '', 'president', $1, 'ar', '2026-01-01', now())`, m.couscous)
	o := m.place(m.basic()).Order
	mails := m.mails()
	if diff := cmp.Diff([]string{"association@souk.example", "member@nouarat.example"}, slices.Sorted(maps.Keys(mails))); diff != "" {
		t.Error(diff)
	}
	wantWords(t, mails, map[string]words{"member@nouarat.example": {[]string{"Nouvelle commande " + o.Number}, nil}})
}

func TestNobodyIsToldWhatBecomesOfASample(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Sample = true
	o := m.place(in).Order
	m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
	m.must(m.Move(t.Context(), order.MoveCancel, o.ID, m.people()))
	if mails := m.mails(); len(mails) != 0 {
		t.Errorf("%v", mails)
	}
}

// However many orders strangers send that nobody is told of, one more does not read them.
func TestWhomToTellIsFoundAmongWhatWasTold(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.restock(m.wheat, 100)
	for n := range 60 {
		m.place(m.wants(phone(n), m.wheat, 1))
	}
	m.exec(`analyze`)
	for statement, c := range map[string]struct {
		args []any
		most int
	}{
		order.BusyCooperatives: {[]any{pq.Array([]uuid.UUID{m.couscous}), 5}, 5 + 5}, // each part and its hold
		order.BusyAssociation:  {[]any{20}, 20},
	} {
		var plan []string
		m.must(postgres.InTx(t.Context(), m.db, func(tx *sqlx.Tx) error {
			if _, err := tx.Exec(`set local enable_seqscan = off`); err != nil { // as where there are many
				return err
			}
			return tx.Select(&plan, `explain (analyze, costs off, timing off) `+statement, c.args...)
		}))
		rows := 0
		for _, line := range plan {
			var n, loops int
			if _, numbers, found := strings.Cut(line, "(actual rows="); found && strings.Contains(line, "Scan using") {
				if _, err := fmt.Sscanf(numbers, "%d loops=%d", &n, &loops); err != nil {
					t.Fatal(err)
				}
				rows += n * loops
			}
			if _, removed, found := strings.Cut(line, "Rows Removed by Filter: "); found {
				if _, err := fmt.Sscan(removed, &n); err != nil {
					t.Fatal(err)
				}
				rows += n
			}
		}
		if rows == 0 || rows > c.most {
			t.Errorf("%d rows are read:\n%s", rows, strings.Join(plan, "\n"))
		}
	}
}

func TestALineSaysHowMuchItIsOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for name, line := range map[string]string{
		"Couscous":          "1 × Couscous, 5\u00a0kg\n",
		"Couscous, 5 kg":    "1 × Couscous, 5 kg\n",
		"Couscous, 25 kg":   "1 × Couscous, 25 kg, 5\u00a0kg\n",
		"Couscous à 1,5 kg": "1 × Couscous à 1,5 kg, 5\u00a0kg\n",
		"Lot de 5 kgs":      "1 × Lot de 5 kgs\n",
	} {
		m.exec(`update products set name_fr = $2, unit_amount = 5 where id = $1`, m.wheat, name)
		m.place(m.wants("0661234567", m.wheat, 1))
		if told := m.mails()["nouarat-echcharaa@souk.example"]; !strings.Contains(told.Body, line) {
			t.Errorf("%q is told as %q", name, told.Body)
		}
	}
}
