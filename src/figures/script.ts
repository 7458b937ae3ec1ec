/** What moves on the page: the wipe between truth and prediction, and the slider through the planes of a stack. */
export const SCRIPT = `
for (const input of document.querySelectorAll('.wipe input'))
  input.addEventListener('input', () => input.parentElement.style.setProperty('--cut', input.value + '%'));
for (const section of document.querySelectorAll('section')) {
  const slider = section.querySelector('.planes input');
  if (!slider) continue;
  const names = JSON.parse(slider.dataset.names);
  slider.addEventListener('input', () => {
    section.querySelector('.planes output').textContent = names[slider.value];
    for (const image of section.querySelectorAll('[data-plane]')) image.hidden = image.dataset.plane !== slider.value;
  });
}
`;
