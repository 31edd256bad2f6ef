-- The pooled catalogue: products, their labels and pictures, stock, uploads.
-- +goose Up
create table categories (
    slug       text primary key,
    position   int  not null,
    name_ar    text not null,
    name_fr    text not null,
    name_en    text not null,
    ground     text not null,                 -- tile pattern behind a drawing
    food       boolean not null,              -- processed or packed food needs an ONSSA authorisation
    perishable boolean not null default false -- what a new product is taken for
);
insert into categories (slug, position, name_ar, name_fr, name_en, ground, food) values
    ('honey',     1,  'عسل',              'Miel',               'Honey',              'hex',     true),
    ('oil',       2,  'زيت الزيتون',      'Huile d’olive',      'Olive oil',          'leaf',    true),
    ('cereal',    3,  'كسكس وحبوب',       'Couscous et grains', 'Couscous and grains','bejmat',  true),
    ('fruit',     4,  'فواكه طرية',       'Fruits frais',       'Fresh fruit',        'khatam',  false),
    ('dried',     5,  'فواكه جافة',       'Fruits secs',        'Dried fruit and nuts','khatam', true),
    ('preserve',  6,  'مربى ومصبرات',     'Conserves',          'Preserves',          'octagon', true),
    ('herbs',     7,  'أعشاب وتوابل',     'Herbes et épices',   'Herbs and spices',   'octagon', true),
    ('pastry',    8,  'حلويات',           'Pâtisserie',         'Pastry',             'scale',   true),
    ('dairy',     9,  'ألبان وبيض',       'Laitages et œufs',   'Dairy and eggs',     'scale',   true),
    ('truffle',   10, 'ترفاس',            'Terfass',            'Desert truffle',     'khatam',  false),
    ('cosmetic',  11, 'صابون وتجميل',     'Savons et soins',    'Soap and care',      'octagon', false),
    ('craft',     12, 'صناعة تقليدية',    'Artisanat',          'Crafts',             'lozenge', false),
    ('bundle',    13, 'سلال هدايا',       'Paniers cadeaux',    'Gift baskets',       'lozenge', false);
update categories set perishable = true where slug in ('fruit', 'dairy', 'truffle');

create table labels (
    slug     text primary key,
    position int  not null,
    name_ar  text not null,
    name_fr  text not null,
    name_en  text not null
);
insert into labels (slug, position, name_ar, name_fr, name_en) values
    ('igp',              1, 'بيان جغرافي محمي',        'IGP',              'PGI'),
    ('aop',              2, 'تسمية المنشأ',            'AOP',              'PDO'),
    ('label-agricole',   3, 'علامة الجودة الفلاحية',   'Label Agricole',   'Label Agricole'),
    ('terroir-du-maroc', 4, 'Terroir du Maroc',        'Terroir du Maroc', 'Terroir du Maroc'),
    ('bio-maroc',        5, 'Bio Maroc',               'Bio Maroc',        'Bio Maroc'),
    ('morocco-handmade', 6, 'Morocco Handmade',        'Morocco Handmade', 'Morocco Handmade');

create table products (
    id               uuid primary key,
    cooperative_id   uuid not null references cooperatives (id),
    sku              text not null,
    slug             text not null,
    category         text not null references categories (slug),
    name_ar          text not null default '',
    name_fr          text not null default '',
    name_en          text not null default '',
    description_ar   text not null default '',
    description_fr   text not null default '',
    description_en   text not null default '',
    unit_amount      int  not null,
    unit_code        text not null,
    price_centimes   bigint not null,
    currency         text not null default 'MAD',
    vat_basis_points int,           -- null: exempt
    stock            int  not null,
    season_from      int,           -- months 1 to 12; a season may pass over new year
    season_to        int,
    perishable       boolean not null default false,
    authorisation    text not null default '',
    authorisation_expires_on date,
    state            text not null,
    drawing          text not null default '',
    picture_id       uuid,
    sample           boolean not null default false,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    constraint products_slug_key unique (slug),
    constraint products_sku_key unique (cooperative_id, sku),
    constraint products_named check (name_ar <> '' or name_fr <> ''),
    constraint products_unit_known check (unit_code in ('kg', 'g', 'l', 'ml', 'piece', 'm2')),
    constraint products_unit_positive check (unit_amount > 0),
    constraint products_price_positive check (price_centimes > 0),
    constraint products_currency_known check (currency = 'MAD'),
    constraint products_vat_is_a_share check (vat_basis_points between 0 and 10000),
    constraint products_stock_not_negative check (stock >= 0),
    constraint products_season_months check ((season_from is null) = (season_to is null) and season_from between 1 and 12 and season_to between 1 and 12),
    constraint products_state_known check (state in ('draft', 'published', 'archived'))
);
create index products_cooperative on products (cooperative_id, state);
create index products_category on products (category);

-- A label is shown only while its certificate is on file and has not expired.
create table product_labels (
    product_id  uuid not null references products (id) on delete cascade,
    label       text not null references labels (slug),
    certificate text not null,
    expires_on  date not null,
    primary key (product_id, label),
    constraint product_labels_certificate_given check (certificate <> '')
);

-- Every change of a product's stock, so that stock is always the sum of its movements. Append-only.
create table stock_movements (
    id         uuid primary key,
    product_id uuid not null references products (id),
    delta      int  not null,
    reason     text not null,
    order_id   uuid,
    user_id    uuid,
    at         timestamptz not null,
    constraint stock_movements_reason_known check (reason in ('count', 'reserve', 'release')),
    constraint stock_movements_moves_something check (delta <> 0),
    constraint stock_movements_order_known check ((reason = 'count') = (order_id is null)),
    constraint stock_movements_once_per_order unique (product_id, order_id, reason)
);
create index stock_movements_order on stock_movements (order_id);

create table pictures (
    id             uuid primary key,
    product_id     uuid not null references products (id) on delete cascade,
    original_key   text not null,  -- in the blob store
    state          text not null,
    width          int  not null default 0,
    height         int  not null default 0,
    created_at     timestamptz not null,
    constraint pictures_state_known check (state in ('waiting', 'ready', 'refused'))
);
create index pictures_product on pictures (product_id);
alter table products add constraint products_picture foreign key (picture_id) references pictures (id);

-- A catalogue file as it was read and compared, kept until it is applied or thrown away.
create table uploads (
    id             uuid primary key,
    cooperative_id uuid not null references cooperatives (id),
    user_id        uuid,
    filename       text not null,
    state          text not null,
    rows           json not null,   -- megabytes, and nothing asks into them: neither parsed nor packed
    summary        json not null,
    created_at     timestamptz not null,
    applied_at     timestamptz,
    constraint uploads_state_known check (state in ('previewed', 'applied', 'discarded'))
);
alter table uploads alter column rows set storage external;
create index uploads_cooperative on uploads (cooperative_id, created_at);
