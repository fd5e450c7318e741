import type { ReactElement } from 'react';
import { shortcuts } from '../core/shortcuts/read-shortcut.js';
import { Modal } from '../ui/modal.js';

interface HelpDialogProps {
  /** Of a webinar: has nothing to mute or to switch off. */
  readonly viewer: boolean;
  readonly onClose: () => void;
}

export function HelpDialog({ viewer, onClose }: HelpDialogProps): ReactElement {
  const useful = viewer ? shortcuts.filter(({ shortcut }) => shortcut === 'ShowHelp') : shortcuts;
  return (
    <Modal title="Keyboard shortcuts" onClose={onClose}>
      <dl className="shortcut-list">
        {useful.map(({ key, does }) => (
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
