/** The reference page of all settings, docs/settings.md, from the tables that the program itself reads. */
import { PRESETS } from '../keys.ts';
import { KEYS, keysBySection, type PlacedKey } from '../placed-keys.ts';
import { describeKeys } from '../describe.ts';
import { RULES } from '../rules.ts';

const SECTIONS_SAY: Readonly<Record<string, string>> = {
  '': 'How much, and what is learned',
  network: 'The network',
  optimizer: 'The optimizer, Adam',
  normalize: 'Normalization',
  augment: 'Augmentation',
  sampling: 'Where patches are drawn',
  split: 'What is kept aside',
  validate: 'Validation',
  checkpoint: 'Saved states',
};

/** Markdown. */
export function settingsPage(): string {
  const presets = new Map(describeKeys().map(({ path, presets: values }) => [path, values]));
  const row = (key: PlacedKey): string => {
    const names = [`\`${key.path}\``, key.option && `\`--${key.option}\``].filter(Boolean).join('<br>');
    const values = PRESETS.map((preset) => presets.get(key.path)![preset]);
    return `| ${[names, `${key.help}.`, key.kind.expected, ...values].join(' | ')} |`;
  };
  const sections = [...keysBySection()].map(([section, keys]) =>
    [
      `## ${SECTIONS_SAY[section]}`,
      '',
      `| key | what it does | values | ${PRESETS.join(' | ')} |`,
      `| --- | --- | --- |${' --- |'.repeat(PRESETS.length)}`,
      ...keys.map(row),
      '',
    ].join('\n'),
  );
  return [INTRODUCTION, ...sections, RULES_SAY, ...RULES.map(({ holds }) => `- ${holds}`), ''].join('\n');
}

const INTRODUCTION = `# Settings of a training

<!-- Made by npm run schema from src/config/keys.ts: change it there. -->

All ${KEYS.length} of them have a value without your doing; a run's \`config.yaml\` has every one, also those that you did not set. You set
one in three ways, of which an earlier one wins over a later:

1. On the command line: \`--steps 5000\` where it has an option of its own, else \`--set optimizer.weightDecay=1e-4\`.
2. In a file, \`--config my.yaml\`:

   \`\`\`yaml
   # yaml-language-server: $schema=node_modules/unstained/config.schema.json
   steps: 5000
   optimizer:
     lr: 0.001
     schedule: cosine
   \`\`\`

   The first line is for your editor, if it knows JSON Schema (VS Code with the extension YAML, IntelliJ, Neovim): it then
   completes and explains the keys. The schema is the file \`config.schema.json\` of this package.
3. By a preset: \`--preset default\` is sized for a processor; \`laptop\` asks less of a small machine; \`paper\` is what Ounkomol et al.
   (Nature Methods 2018) did.

Everything that is wrong is told at once, each with its line and what was probably meant; nothing is started before.
`;

const RULES_SAY = `## What must hold between them
`;
