/** The API's name in the broker's configuration, which is also its address. */
export const api: string = import.meta.env.VITE_API;

export interface Order {
  id: string;
  item: string;
  quantity: number;
}

interface OrderListProps {
  orders: readonly Order[];
  owner: string | undefined;
  onSignOut: () => void;
}

/** What the app shows: nothing of Latchkey. */
export const OrderList = ({ orders, owner, onSignOut }: OrderListProps) => (
  <main>
    <h1>Orders of {owner}</h1>
    <button type="button" onClick={onSignOut}>
      Sign out
    </button>
    <ul>
      {orders.map(({ id, item, quantity }) => (
        <li key={id}>
          {quantity} × {item}
        </li>
      ))}
    </ul>
  </main>
);
