/** @jsxImportSource hono/jsx/dom */
import { useEffect, useRef } from 'hono/jsx/dom';

/** A list to choose an account from, with its label. It always shows the account in use: a choice that fails is taken back. */
export const AccountList = ({
  accounts,
  chosen,
  busy,
  label,
  name,
  onChoose,
}: {
  accounts: { id: string; label: string }[];
  /** Id of the account in use. */
  chosen: string;
  busy: boolean;
  label: string;
  /** For screen readers, where the label alone is too short. */
  name?: string;
  onChoose: (account: string) => void;
}) => {
  const list = useRef<HTMLSelectElement>(null);
  // The browser keeps what the person chose: drawing the page again does not change it.
  useEffect(() => {
    if (!busy && list.current) list.current.value = chosen;
  }, [busy, chosen]);
  return (
    <label>
      {label}
      <select
        ref={list}
        aria-disabled={busy ? 'true' : undefined}
        aria-label={name}
        onChange={(event: Event) => {
          const select = event.target as HTMLSelectElement;
          // It keeps the focus while the page is busy, so it can be changed.
          if (busy) select.value = chosen;
          else onChoose(select.value);
        }}
      >
        {accounts.map((account) => (
          <option key={account.id} value={account.id} selected={account.id === chosen}>
            {account.label}
          </option>
        ))}
      </select>
    </label>
  );
};
