import type { ReactElement } from 'react';
import { shortcuts } from '../core/shortcuts/read-shortcut.js';
import { Modal } from '../ui/modal.js';

export function HelpDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  return (
    <Modal title="Keyboard shortcuts" onClose={onClose}>
      <dl className="shortcut-list">
        {shortcuts.map(({ key, does }) => (
          <div key={key}>
            <dt>
              <kbd>{key.toUpperCase()}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>Close a dialog</dd>
        </div>
      </dl>
    </Modal>
  );
}
