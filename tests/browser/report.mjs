// What was checked and what was found, in the end as one line.

let passed = 0;
const failures = [];

/** Notes whether something holds; `seen` tells what was there instead. */
export function check(what, holds, seen = "") {
  if (holds) {
    passed += 1;
    return true;
  }
  const told = typeof seen === "string" ? seen : JSON.stringify(seen);
  failures.push(`${what}${told ? `: ${told.slice(0, 600)}` : ""}`);
  console.error(`  FAILED ${failures.at(-1)}`);
  return false;
}

/** Prints the count of what was checked; gives the status to end with. */
export function close() {
  if (failures.length) console.error(`\n${failures.length} failed:\n${failures.map((failure) => `  ${failure}`).join("\n")}`);
  console.log(`browser: ${passed} passed, ${failures.length} failed`);
  return failures.length ? 1 : 0;
}
