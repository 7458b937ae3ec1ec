/**
 * What is published of the table of settings, for editors and for readers, is held in step with it. After a change of the table:
 * `npm run schema`, and read the diff.
 */
import { expect, it } from 'vitest';
import { jsonSchema } from './index.ts';
import { settingsPage } from './testing/settings-page.ts';

it('config.schema.json is the schema of the table', async () => {
  await expect(`${JSON.stringify(jsonSchema(), null, 2)}\n`).toMatchFileSnapshot('../../config.schema.json');
});

it('docs/settings.md is the page of the table', async () => {
  await expect(settingsPage()).toMatchFileSnapshot('../../docs/settings.md');
});
