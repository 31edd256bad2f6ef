-- What pages and the guesses about products have to know of categories stands with them: another category is a row,
-- and some clues, and no new program.
-- +goose Up
alter table categories
    add column drawing  text    not null default 'gift', -- the object that stands for a product that names none
    add column in_menu  boolean not null default true,   -- stands in the head of the shop's pages
    add column short_ar text    not null default '',     -- its name there, where there is little room; empty: name_ar
    add column short_fr text    not null default '',
    add column short_en text    not null default '',
    add column on_home  boolean not null default true,   -- stands on the front page
    add constraint categories_drawn check (drawing <> ''),
    drop column ground; -- each object has its own
update categories k set drawing = d.drawing
from (values
    ('honey', 'honey-flowers'), ('oil', 'oil'), ('cereal', 'couscous'), ('fruit', 'clementine'), ('dried', 'almond'),
    ('preserve', 'jam-fig'), ('herbs', 'thyme'), ('pastry', 'ghriba'), ('dairy', 'jben'), ('truffle', 'terfass'),
    ('cosmetic', 'soap-olive'), ('craft', 'basket'), ('bundle', 'gift')
) as d (slug, drawing)
where k.slug = d.slug;
update categories set in_menu = false where slug in ('pastry', 'dairy', 'truffle', 'bundle');
update categories set short_ar = 'فواكه', short_fr = 'Fruits', short_en = 'Fruit' where slug = 'fruit';
update categories set short_en = 'Dried fruit' where slug = 'dried';
update categories set short_fr = 'Savons' where slug = 'cosmetic';
update categories set on_home = false where slug = 'truffle'; -- one product for a few weeks of spring

-- Clues say what a product is by words of its name: all words of one spelling must be there. The first clue that fits
-- decides, so the particular come before the general: orange water before orange, olive soap before olive oil.
create table category_clues (
    position  int    primary key, -- with room between them
    category  text   not null references categories (slug),
    drawing   text   not null,    -- the object that stands for such a product
    spellings text[] not null,
    constraint category_clues_drawn check (drawing <> ''),
    constraint category_clues_spelt check (cardinality(spellings) > 0 and array_position(spellings, '') is null)
);
create index category_clues_category on category_clues (category);
insert into category_clues (position, category, drawing, spellings) values
    (10, 'bundle', 'gift', '{panier cadeau,coffret,gift basket,gift box,سلة هدايا,سلة هدية,قفة هدايا}'),
    (20, 'cosmetic', 'soap-black', '{savon noir,black soap,صابون بلدي,صابون أسود}'),
    (30, 'cosmetic', 'soap-olive', '{savon,soap,صابون,shampoing,shampoo,شامبو,crème visage,كريم,cosmétique,cosmetic}'),
    (40, 'herbs', 'orange-water', '{eau fleur,eau de rose,blossom water,rose water,ماء زهر,ماء ورد,eau florale}'),
    (50, 'herbs', 'rosemary-oil', '{huile essentielle,essential oil,زيت عطري,زيت أساسي,زيت إكليل}'),
    (60, 'preserve', 'jam-loquat', '{confiture nèfle,loquat jam,مربى مزاح}'),
    (70, 'preserve', 'jam-clementine', '{confiture clémentine,confiture orange,clementine jam,orange jam,مربى كليمونتين,مربى برتقال}'),
    (80, 'preserve', 'jam-fig', '{confiture,jam,مربى}'),
    (90, 'preserve', 'carob-syrup', '{sirop caroube,carob syrup,رب خروب}'),
    (100, 'preserve', 'harissa', '{harissa,هريسة}'),
    (110, 'preserve', 'lemon-preserved', '{citron confit,preserved lemon,حامض مصير,حامض مرقد,ليمون مخلل}'),
    (120, 'preserve', 'olives-black', '{olive noire,black olive,زيتون أسود}'),
    (130, 'dairy', 'cheese', '{fromage,cheese,جبن ماعز}'),
    (140, 'dairy', 'jben', '{jben,جبن}'),
    (150, 'dairy', 'smen', '{smen,beurre,butter,سمن,زبدة}'),
    (160, 'dairy', 'eggs', '{oeuf,egg,بيض}'),
    (170, 'dairy', 'jben', '{lait,yaourt,milk,حليب,لبن,رايب}'),
    (180, 'honey', 'honey-orange', '{miel oranger,miel orange,orange honey,orange blossom honey,عسل زهر برتقال,عسل برتقال,عسل ليمون}'),
    (190, 'honey', 'honey-jujube', '{miel jujubier,jujube honey,عسل سدر}'),
    (200, 'honey', 'honey-thyme', '{miel thym,thyme honey,عسل زعتر}'),
    (210, 'honey', 'honey-rosemary', '{miel romarin,rosemary honey,عسل إكليل,عسل أزير}'),
    (220, 'honey', 'honey-euca', '{miel eucalyptus,eucalyptus honey,عسل كاليبتوس,عسل كاليتوس}'),
    (230, 'honey', 'honey-lavender', '{miel lavande,lavender honey,عسل خزامى}'),
    (240, 'honey', 'pollen', '{pollen,لقاح}'),
    (250, 'honey', 'propolis', '{propolis,عكبر}'),
    (260, 'honey', 'honey-flowers', '{miel,honey,عسل}'),
    (270, 'oil', 'oil', '{huile,oil,زيت,زيت زيتون}'),
    (280, 'preserve', 'olives-green', '{olive,زيتون}'),
    (290, 'cereal', 'couscous-barley', '{couscous orge,barley couscous,كسكس شعير}'),
    (300, 'cereal', 'couscous-five', '{couscous 5,couscous cinq,five grain couscous,كسكس خماسي,كسكس خمس}'),
    (310, 'cereal', 'couscous-herbs', '{couscous herbe,herb couscous,كسكس أعشاب}'),
    (320, 'cereal', 'couscous', '{couscous,كسكس,كسكسو,سكسو}'),
    (330, 'cereal', 'berkoukes', '{berkoukes,berkoukch,بركوكس,بركوكش}'),
    (340, 'cereal', 'mhamsa', '{mhamsa,محمصة,hand rolled pasta}'),
    (350, 'cereal', 'zamita', '{zamita,زميتة}'),
    (360, 'cereal', 'couscous-barley', '{farine,semoule,orge,flour,barley,دقيق قمح,دقيق شعير,سميد,شعير,بلبولة,céréale,cereal}'),
    (370, 'pastry', 'sellou', '{sellou,سلو,سفوف}'),
    (380, 'pastry', 'kaak', '{kaak,كعك,biscuit}'),
    (390, 'pastry', 'makrout', '{makrout,مقروط}'),
    (400, 'pastry', 'chebakia', '{chebakia,شباكية,مخرقة}'),
    (410, 'pastry', 'ghriba', '{ghriba,غريبة,gateau,patisserie,pastry,حلوى,حلويات}'),
    (420, 'truffle', 'terfass', '{terfass,truffe,truffle,ترفاس}'),
    (430, 'dried', 'carob-powder', '{poudre caroube,carob powder,دقيق خروب}'),
    (440, 'dried', 'carob', '{caroube,carob,خروب}'),
    (450, 'dried', 'fig-dried', '{figue sèche,figue séchée,dried fig,تين مجفف,شريحة}'),
    (460, 'dried', 'raisin', '{raisin sec,raisin,زبيب}'),
    (470, 'dried', 'almond', '{amande,almond,لوز}'),
    (480, 'dried', 'walnut', '{noix,walnut,جوز,كركاع}'),
    (490, 'fruit', 'pricklypear', '{figue barbarie,prickly pear,هندية,صبار}'),
    (500, 'fruit', 'fig-fresh', '{figue,fig,تين}'),
    (510, 'fruit', 'clementine', '{clémentine,clementine,mandarine,كليمونتين,مندرين}'),
    (520, 'herbs', 'ras-el-hanout', '{ras hanout,رأس حانوت,épice,spice,توابل,cumin,كمون,safran,زعفران}'),
    (530, 'fruit', 'orange', '{orange,برتقال,ليمون}'),
    (540, 'fruit', 'lemon', '{citron,lemon,حامض}'),
    (550, 'fruit', 'loquat', '{nèfle,loquat,مزاح}'),
    (560, 'fruit', 'pomegranate', '{grenade,pomegranate,رمان}'),
    (570, 'herbs', 'rosemary', '{romarin,rosemary,إكليل,أزير}'),
    (580, 'herbs', 'thyme', '{thym,thyme,زعتر}'),
    (590, 'herbs', 'lavender', '{lavande,lavender,خزامى}'),
    (600, 'herbs', 'verbena', '{verveine,verbena,لويزة}'),
    (610, 'herbs', 'armoise', '{armoise,wormwood,شيح,شيبة}'),
    (620, 'herbs', 'thyme', '{tisane,herbe,herb,أعشاب,نعناع,menthe}'),
    (630, 'craft', 'djellaba', '{djellaba,jellaba,جلابة,جلباب,سلهام}'),
    (640, 'craft', 'blouza', '{blouza,بلوزة,caftan,قفطان}'),
    (650, 'craft', 'nappe', '{nappe,tablecloth,broderie,brodé,embroidered,غطاء مائدة,طرز,مطرز}'),
    (660, 'craft', 'hanbel', '{hanbel,couverture,blanket,حنبل,بطانية}'),
    (670, 'craft', 'zerbia', '{tapis,zerbia,rug,carpet,زربية,زرابي}'),
    (680, 'craft', 'cushion', '{coussin,cushion,وسادة,مخدة}'),
    (690, 'craft', 'basket', '{panier,doum,basket,قفة,دوم,سلة}'),
    (700, 'craft', 'tajine', '{tajine,poterie,terre cuite,pottery,طاجين,فخار}');
