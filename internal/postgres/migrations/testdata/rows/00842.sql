update baskets set fee_centimes = 2000, fee_place = 'berkane';
