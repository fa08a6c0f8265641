'use client';

import { LatchkeyProvider, RequireAccess, useLatchkey } from '@latchkey/react';
import { useEffect, useState } from 'react';
import { api } from './settings';

interface Order {
  id: string;
  item: string;
  quantity: number;
}

export default function Page() {
  return (
    <LatchkeyProvider resource={api} scopes={['orders:read']}>
      <RequireAccess>
        <Orders />
      </RequireAccess>
    </LatchkeyProvider>
  );
}

function Orders() {
  const { account, fetch, signOut } = useLatchkey();
  const [orders, setOrders] = useState<Order[]>([]);
  useEffect(() => void fetch(`${api}/api/orders`).then(async (answer) => setOrders(await answer.json())), [fetch]);
  return (
    <main>
      <h1>Orders of {account?.name}</h1>
      <button type="button" onClick={signOut}>
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
}
