import { httpResource, provideHttpClient, withInterceptors } from '@angular/common/http';
import { Component } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { injectLatchkey, LatchkeyAccess, provideLatchkey } from '@latchkey/angular';
import { latchkeyInterceptor } from '@latchkey/angular/http';
import { api, type Order } from './api';
import { OrderList } from './order-list';

@Component({
  selector: 'app-orders',
  imports: [OrderList],
  template: '<app-order-list [orders]="orders.value()" [owner]="lk.account()?.name" (signOut)="lk.signOut()" />',
})
class Orders {
  readonly lk = injectLatchkey();
  readonly orders = httpResource<Order[]>(() => `${api}/orders`, { defaultValue: [] });
}

@Component({
  selector: 'app-root',
  imports: [LatchkeyAccess, Orders],
  template: '<app-orders *latchkeyAccess />',
})
class App {}

bootstrapApplication(App, {
  providers: [
    provideLatchkey({ resource: api, scopes: ['orders:read'] }),
    provideHttpClient(withInterceptors([latchkeyInterceptor])),
  ],
});
