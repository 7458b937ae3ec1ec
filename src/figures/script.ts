/** What moves on the page: the wipe between truth and prediction, the slider through a stack, the crosshair in all pictures. */
export const SCRIPT = `
for (const input of document.querySelectorAll('.wipe input'))
  input.addEventListener('input', () => input.parentElement.style.setProperty('--cut', input.value + '%'));
for (const section of document.querySelectorAll('section')) {
  const slider = section.querySelector('.planes input');
  const names = slider ? JSON.parse(slider.dataset.names) : [];
  slider?.addEventListener('input', () => {
    section.querySelector('.planes output').textContent = names[slider.value];
    for (const image of section.querySelectorAll('[data-plane]')) image.hidden = image.dataset.plane !== slider.value;
  });
  for (const frame of section.querySelectorAll('.frame')) {
    frame.addEventListener('pointermove', ({ clientX, clientY }) => {
      const { left, top, width, height } = frame.getBoundingClientRect();
      section.style.setProperty('--px', (100 * (clientX - left)) / width + '%');
      section.style.setProperty('--py', (100 * (clientY - top)) / height + '%');
      section.classList.add('pointing');
    });
    frame.addEventListener('pointerleave', () => section.classList.remove('pointing'));
  }
}
`;
