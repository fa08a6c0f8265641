export { useToken } from './use-token.ts';
