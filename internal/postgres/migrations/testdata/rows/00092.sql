update order_letters set letters = 2;
