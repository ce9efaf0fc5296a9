/** A modal sheet on the browser's own dialog: focus stays inside, Esc leaves. Must not know its content. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export function Sheet({ label, kind, onClose, children, onKey }: { label: string; kind: string; onClose: () => void; children: ComponentChildren; onKey?: (e: KeyboardEvent) => void }) {
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    box.current?.showModal();
    return () => before?.focus();
  }, []);
  return (
    <dialog ref={box} class={`sheet ${kind}`} aria-label={label} onKeyDown={onKey}
      onCancel={e => { e.preventDefault(); onClose(); }}
      onPointerDown={e => { if (e.target === box.current) onClose(); }}>
      {children}
    </dialog>
  );
}
