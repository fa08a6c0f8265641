import { LatchkeyProvider, RequireAccess, useLatchkey } from '@latchkey/react';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { api, type Order, OrderList } from './order-list.tsx';

function Orders() {
  const { account, fetch, signOut } = useLatchkey();
  const [orders, setOrders] = useState<Order[]>([]);
  useEffect(() => void fetch(`${api}/orders`).then(async (response) => setOrders(await response.json())), [fetch]);
  return <OrderList orders={orders} owner={account?.name} onSignOut={signOut} />;
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <LatchkeyProvider resource={api} scopes={['orders:read']}>
      <RequireAccess>
        <Orders />
      </RequireAccess>
    </LatchkeyProvider>
  </StrictMode>,
);
