/** With the browser's own voice; one that has none says nothing. */
export function sayAloud(text: string): void {
  if (!('speechSynthesis' in window)) return;
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.lang = 'en';
  window.speechSynthesis.speak(utterance);
}
