-- More of what goods are in is known by its name («بيدون 5 لتر», «cruche de 2 L»), also where it stands behind the measure
-- («5 L can»), so that a thing is not another in another container.
-- +goose Up

-- The words for containers are catalog.containers, those for measures catalog.unitWords; tests hold it to both.
-- +goose StatementBegin
create or replace function without_measure(name text) returns text
    language plpgsql immutable parallel safe as $$
declare
    written text := folded(name);
begin
    if written ~ '[0-9]|نصف|ربع|demi|half|quart' then
        written := ' ' || regexp_replace(written, '[^0-9.,/a-z\u00df-\u00f6\u00f8-\u02af\u03bc\u0620-\u064a\u066e-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef\u06fa-\u06fc\u06ff\u2d30-\u2d67]+', ' ', 'g') || ' ';
        written := regexp_replace(written, '([0-9])([a-z\u0620-\u064a])', '\1 \2', 'g');
        written := regexp_replace(written,
            '(?: (?:pot|bocal|bouteille|bidon|caisse|sac|seau|barquette|sachet|paquet|boite|botte|lot|panier|coffret|flacon|jerrican|jerrycan|cruche|carafe|jarre|amphore|cageot|cagette|carton|pochette|etui|tube|tonneau|fut|canette|conserve|jar|bottle|bag|box|pack|basket|bunch|crate|sack|bucket|tin|can|canister|jug|pitcher|packet|pouch|punnet|drum|barrel|tub|علبه|قنينه|قاروره|كيس|رزمه|سله|قفه|مرطبان|برطمان|طرد|باقه|صندوق|دلو|بيدون|بيدو|جريكان|جره|سطل|صفيحه|برميل|كرطون|كرطونه|كرتون|كرتونه|عبوه|زجاجه|حزمه|شكاره|خابيه|بوكال))?(?: (?:de|d|of|من))?(?: [0-9]+ x)?'
            ' (?:[0-9]+(?:[.,/][0-9]+)*(?: [0-9]{3})*|نصف|ربع|demi|half|quart|quarter)'
            ' (?:ال)?(?:kgs?|kilos?|kilogrammes?|kilograms?|كلغ|كغ|كج|كلج|كيلو|كيلوغرام|كيلوغرامات|كيلوجرام|كيلوكرام|g|grs?|grammes?|grams?|غ|غم|غرام|غراما|غرامات|جرام|جم|كرام|ج|l|lt|ltr|litres?|liters?|ل|لتر|ليتر|لترات|لترا|ml|millilitres?|milliliters?|مل|ملل|مليلتر|ميليلتر|ميلي|cl|centilitres?|سل|سنتيلتر|pieces?|pcs?|pces?|unites?|units?|u|each|قطعه|قطع|وحده|وحدات|حبه|حبات|بيضه|بيضات|oeufs?|eggs?|paires?|pair|زوج|douzaines?|dozen|دزينه|طزينه|m2|م2|قطعتان|حبتان|لتران)'
            '(?: (?:pot|bocal|bouteille|bidon|caisse|sac|seau|barquette|sachet|paquet|boite|botte|lot|panier|coffret|flacon|jerrican|jerrycan|cruche|carafe|jarre|amphore|cageot|cagette|carton|pochette|etui|tube|tonneau|fut|canette|conserve|jar|bottle|bag|box|pack|basket|bunch|crate|sack|bucket|tin|can|canister|jug|pitcher|packet|pouch|punnet|drum|barrel|tub|علبه|قنينه|قاروره|كيس|رزمه|سله|قفه|مرطبان|برطمان|طرد|باقه|صندوق|دلو|بيدون|بيدو|جريكان|جره|سطل|صفيحه|برميل|كرطون|كرطونه|كرتون|كرتونه|عبوه|زجاجه|حزمه|شكاره|خابيه|بوكال))?(?=[ .,/])', ' ', 'g');
    end if;
    return trim(regexp_replace(written, '[^0-9a-z\u00df-\u00f6\u00f8-\u02af\u03bc\u0620-\u064a\u066e-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef\u06fa-\u06fc\u06ff\u2d30-\u2d67]+', ' ', 'g'));
end $$;
-- +goose StatementEnd

select put_into_families(array(
    select id from products p
    where state <> 'archived' and sized_with is null and family <> family_wanted(p)));
