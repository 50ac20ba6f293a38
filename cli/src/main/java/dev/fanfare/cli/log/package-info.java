/** What the process logs, and in which form. */
@NullMarked
package dev.fanfare.cli.log;

import org.jspecify.annotations.NullMarked;
