// @vitest-environment happy-dom
import { InteractionStatus } from '@azure/msal-browser';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { LoginState } from '../src/msal-react.tsx';

afterEach(cleanup);

// #region test of a component
const msal = vi.hoisted(() => ({ useMsal: vi.fn() }));
vi.mock('@azure/msal-react', async (original) => ({ ...(await original<object>()), ...msal }));

it('shows who is signed in, and a button to nobody', async () => {
  const instance = { loginRedirect: vi.fn() };
  msal.useMsal.mockReturnValue({ instance, inProgress: InteractionStatus.None, accounts: [] });
  const { rerender } = render(<LoginState />);
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeTruthy();
  msal.useMsal.mockReturnValue({ instance, inProgress: InteractionStatus.None, accounts: [{ name: 'Ada' }] });
  rerender(<LoginState />);
  expect(await screen.findByText('Ada')).toBeTruthy();
});
// #endregion
