package text

import "testing"

func TestTransliterate(t *testing.T) {
	t.Parallel()
	for latin, arabic := range map[string]string{
		"3sel": "عسل", "kharoub": "خروب", "kharroub": "خروب", "7anbel": "حنبل", "za3tar": "زعتر", "zitoun": "زيتون", "guerga3": "كركع",
		"djellaba": "جلبة", "asal": "اسل", "9offa": "قوفة", "": "",
	} {
		if got := transliterate(latin); got != arabic {
			t.Errorf("«%s»: «%s», expected «%s»", latin, got, arabic)
		}
	}
}
