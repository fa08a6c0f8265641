export { DeviceError, type DeviceErrorCode } from './device-error.ts';
export { type DeviceLoginOptions, deviceLogin, type LoginState } from './login.ts';
export { type LoopbackLoginOptions, type LoopbackState, loopbackLogin } from './loopback.ts';
export { type RefreshOptions, refresh } from './refresh.ts';
export { revoke } from './revoke.ts';
export type { Tokens } from './tokens.ts';
