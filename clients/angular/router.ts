export { accessGuard } from './access-guard.ts';
