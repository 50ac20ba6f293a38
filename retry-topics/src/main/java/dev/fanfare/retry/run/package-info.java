/** Runs: their states on {@code fanfare.runs}, the audit of what they do, and what became of what they sent. */
@NullMarked
package dev.fanfare.retry.run;

import org.jspecify.annotations.NullMarked;
