// @vitest-environment happy-dom
import { fakeLatchkey } from '@latchkey/testing';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { api } from '../src/app.tsx';
import { LoginState, Provider } from '../src/latchkey.tsx';

afterEach(cleanup);

// #region test of a component
it('shows who is signed in, and a button to nobody', async () => {
  const latchkey = fakeLatchkey({ offered: { [api]: ['orders:read'] } });
  render(<LoginState />, { wrapper: Provider });
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeTruthy();
  latchkey.signIn({ sub: 'ada', name: 'Ada' });
  latchkey.grant(api, ['orders:read']);
  expect(await screen.findByText('Ada')).toBeTruthy();
  latchkey.close();
});
// #endregion
