/** Runs that operators begin (replays, discards …), and the audit of who changed what. */
@NullMarked
package dev.fanfare.contract.run;

import org.jspecify.annotations.NullMarked;
