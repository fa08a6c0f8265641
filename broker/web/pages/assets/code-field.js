// Groups the code while it is typed, and extracts it from pasted text: a link, a sentence, any case, any separators.
// The page also works without this script, because the broker parses codes just as leniently.
const field = document.querySelector('#user_code');
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;
/** Characters that come along unseen when text is copied. */
const unseen = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Returns the part of the text that can belong to a code, such as `BCDF-GH`. */
function grouped(text) {
  const kept = [...text.normalize('NFKC').toUpperCase()].filter((letter) => letters.includes(letter)).slice(0, length);
  return kept.length > 4 ? `${kept.slice(0, 4).join('')}-${kept.slice(4).join('')}` : kept.join('');
}

/**
 * Returns the code within a longer text: the one in a link, else the first that looks like one, else all code letters
 * of the text.
 */
function codeIn(text) {
  const plain = text.normalize('NFKC').replace(unseen, '');
  const linked = /[?&]user_code=([^&#\s]+)/i.exec(plain)?.[1];
  const found = plain
    .match(/(?<![a-z])[a-z]{4}[\s\p{Pd}._]*[a-z]{4}(?![a-z])/giu)
    ?.find((candidate) => grouped(candidate).length === length + 1);
  return grouped(linked ?? found ?? plain);
}

/** Returns how many code letters the text has. */
const lettersIn = (text) => grouped(text).replace('-', '').length;

/** Shows a code. The cursor or selection stays after the same letters as before. */
function show(code, from, to = from) {
  const placeAfter = (letters) => (letters > 4 ? letters + 1 : letters);
  field.value = code;
  field.setSelectionRange(placeAfter(from), placeAfter(to));
}

/** Groups the text of the field. */
function group() {
  field.classList.add('in-boxes');
  const code = codeIn(field.value);
  if (code === field.value) return;
  // A code found in a longer text was pasted whole, so the cursor moves to its end.
  if (code !== grouped(field.value)) return show(code, length);
  const [from, to] = [field.selectionStart, field.selectionEnd].map((place) => lettersIn(field.value.slice(0, place)));
  show(code, from, to);
}

// The browser may apply `autofocus` after the page has loaded, and a letter typed before that would be lost.
if (document.activeElement === document.body) field.focus();

// An input method may be composing text in the field, as is common on phones. A new value would end the composition
// and duplicate its letters. No property reveals a composition in progress, so the text waits for the next event.
const isBeingTyped = document.activeElement === field && field.value !== field.defaultValue;
if (!isBeingTyped) group();

field.addEventListener('input', (event) => {
  // An input method that is still composing has not committed its text yet.
  if (!event.isComposing) group();
});
field.addEventListener('compositionend', group);
// For text that was complete before this script ran.
field.addEventListener('change', group);

field.addEventListener('paste', (event) => {
  event.preventDefault();
  const pasted = codeIn(event.clipboardData.getData('text'));
  const { selectionStart, selectionEnd, value } = field;
  // A whole code replaces the existing text. A partial code is inserted at the cursor.
  const isWhole = pasted.length === length + 1;
  const head = isWhole ? '' : value.slice(0, selectionStart);
  const code = grouped(head + pasted + (isWhole ? '' : value.slice(selectionEnd)));
  show(code, lettersIn(head + pasted));
});
