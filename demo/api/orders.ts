export interface Order {
  id: string;
  item: string;
  quantity: number;
}

/** Maximum orders per user, so that an unattended demo doesn't grow. */
const maxOrders = 50;

/** The orders of all customers, in memory. Each person starts with two. */
export function createOrders() {
  const byPerson = new Map<string, Order[]>();
  let last = 1_000;
  const make = (item: string, quantity: number): Order => {
    last += 1;
    return { id: `A-${last}`, item, quantity };
  };

  const of = (sub: string): Order[] => {
    const known = byPerson.get(sub);
    if (known) return known;
    const first = [make('Punched cards, box of 500', 2), make('Mill oil, 1 l', 1)];
    byPerson.set(sub, first);
    return first;
  };

  return {
    list: (sub: string): readonly Order[] => of(sub),
    /** @returns the number of orders */
    clear(sub: string): number {
      const { length } = of(sub);
      byPerson.set(sub, []);
      return length;
    },
    /** @returns the new order, or `undefined` if the person has too many */
    add(sub: string, item: string, quantity: number): Order | undefined {
      const orders = of(sub);
      if (orders.length >= maxOrders) return undefined;
      const order = make(item, quantity);
      orders.push(order);
      return order;
    },
  };
}
