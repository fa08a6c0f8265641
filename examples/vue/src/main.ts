import { latchkey } from '@latchkey/vue';
import { createApp } from 'vue';
import App from './App.vue';
import { api } from './api.ts';

createApp(App)
  .use(latchkey({ resource: api, scopes: ['orders:read'] }))
  .mount('#root');
