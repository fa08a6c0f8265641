// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { LoginState } from '../src/react-oidc-context.tsx';

afterEach(cleanup);

// #region test of a component
const oidc = vi.hoisted(() => ({ useAuth: vi.fn() }));
vi.mock('react-oidc-context', async (original) => ({ ...(await original<object>()), ...oidc }));

it('shows who is signed in, and a button to nobody', async () => {
  oidc.useAuth.mockReturnValue({ isLoading: false, user: null, signinRedirect: vi.fn() });
  const { rerender } = render(<LoginState />);
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeTruthy();
  oidc.useAuth.mockReturnValue({ isLoading: false, user: { profile: { name: 'Ada' } } });
  rerender(<LoginState />);
  expect(await screen.findByText('Ada')).toBeTruthy();
});
// #endregion
