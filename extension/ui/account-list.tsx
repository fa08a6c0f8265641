/** @jsxImportSource hono/jsx/dom */
import { useEffect, useRef } from 'hono/jsx/dom';

/** A labeled list to choose an account from. If a choice fails, it reverts to the account in use. */
export const AccountList = ({
  accounts,
  chosen,
  busy,
  label,
  name,
  onChoose,
}: {
  accounts: { id: string; label: string }[];
  /** ID of the account in use. */
  chosen: string;
  busy: boolean;
  label: string;
  /** The accessible name, if the label alone is too short. */
  name?: string;
  onChoose: (account: string) => void;
}) => {
  const list = useRef<HTMLSelectElement>(null);
  // A `<select>` keeps the user's choice. Rerendering doesn't change it.
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
          // It stays enabled while the page is busy, to keep the focus. So revert the change here.
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
