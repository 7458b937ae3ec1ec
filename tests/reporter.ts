/** Ends the tests' output with what was skipped, and why, and one line to read: `N passed, N failed, N skipped`. */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export default class LastLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string): readonly TestCase[] => tests.filter((test) => test.result().state === state);
    const skipped = inState('skipped');
    // A file or suite that breaks before its tests has none that could fail.
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const failed =
      inState('failed').length + unhandled.length + suites.filter((suite) => suite.errors().length > 0).length;
    const lines = skipped.map((test) => {
      const { note } = test.result() as { note?: string };
      return `skipped: ${test.module.relativeModuleId}: ${test.fullName}${note ? ` (${note})` : ''}\n`;
    });
    const passed = inState('passed').length;
    // At exit, after every other reporter.
    process.once('exit', () =>
      process.stdout.write(`${lines.join('')}${passed} passed, ${failed} failed, ${skipped.length} skipped\n`),
    );
  }
}
