// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { LoginState } from '../src/auth0-react.tsx';

afterEach(cleanup);

// #region test of a component
const auth0 = vi.hoisted(() => ({ useAuth0: vi.fn() }));
vi.mock('@auth0/auth0-react', async (original) => ({ ...(await original<object>()), ...auth0 }));

it('shows who is signed in, and a button to nobody', async () => {
  auth0.useAuth0.mockReturnValue({ isLoading: false, user: undefined, loginWithRedirect: vi.fn() });
  const { rerender } = render(<LoginState />);
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeTruthy();
  auth0.useAuth0.mockReturnValue({ isLoading: false, user: { name: 'Ada' } });
  rerender(<LoginState />);
  expect(await screen.findByText('Ada')).toBeTruthy();
});
// #endregion
