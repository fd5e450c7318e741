import type { ReactElement } from 'react';

export function PageHeader(): ReactElement {
  return (
    <header className="page-header">
      <img src="/favicon.svg" alt="" width="28" height="28" />
      <span>Parley</span>
    </header>
  );
}
