/** How our log lines are written. */
@NullMarked
package dev.fanfare.runtime.log;

import org.jspecify.annotations.NullMarked;
