-- What cooperatives are said to make stands in a table with its names: another sector is a row, and no new program.
-- +goose Up
create table sectors (
    slug    text primary key,
    name_ar text not null,
    name_fr text not null,
    name_en text not null,
    constraint sectors_named check (name_ar <> '' and name_fr <> '' and name_en <> '')
);
insert into sectors (slug, name_ar, name_fr, name_en) values
    ('almonds', 'اللوز', 'Amandes', 'Almonds'),
    ('carob', 'الخروب', 'Caroube', 'Carob'),
    ('cheese', 'الجبن', 'Fromage', 'Cheese'),
    ('citrus', 'الحوامض', 'Agrumes', 'Citrus'),
    ('citrus-and-jam', 'الحوامض والمربى', 'Agrumes et confitures', 'Citrus and jam'),
    ('couscous', 'الكسكس', 'Couscous', 'Couscous'),
    ('couscous-and-berkoukes', 'الكسكس والبركوكش', 'Couscous et berkoukes', 'Couscous and berkoukes'),
    ('crafts', 'الصناعة التقليدية', 'Artisanat', 'Crafts'),
    ('eggs-and-smen', 'البيض والسمن', 'Œufs et smen', 'Eggs and smen'),
    ('embroidery-and-blouza', 'الطرز والبلوزة', 'Broderie et blouza', 'Embroidery and blouza'),
    ('figs', 'التين', 'Figues', 'Figs'),
    ('floral-waters-and-soap', 'ماء الزهر والصابون', 'Eaux florales et savon', 'Floral waters and soap'),
    ('herbs', 'الأعشاب', 'Herbes', 'Herbs'),
    ('honey', 'العسل', 'Miel', 'Honey'),
    ('loquat-and-jam', 'المزاح والمربى', 'Nèfles et confitures', 'Loquat and jam'),
    ('olive-oil', 'زيت الزيتون', 'Huile d’olive', 'Olive oil'),
    ('pastry', 'الحلويات', 'Pâtisserie', 'Pastry'),
    ('pottery-and-baskets', 'الفخار والسلال', 'Poterie et vannerie', 'Pottery and baskets'),
    ('preserves', 'المصبرات', 'Conserves', 'Preserves'),
    ('rosemary-and-essential-oils', 'الإكليل والزيوت العطرية', 'Romarin et huiles essentielles', 'Rosemary and essential oils'),
    ('spices', 'التوابل', 'Épices', 'Spices'),
    ('weaving', 'النسيج', 'Tissage', 'Weaving');
-- What some cooperative is said to make besides goes by that word until somebody names it.
insert into sectors (slug, name_ar, name_fr, name_en)
select distinct sector, sector, sector, sector from cooperatives
on conflict (slug) do nothing;
alter table cooperatives add constraint cooperatives_sector_fkey foreign key (sector) references sectors (slug);
