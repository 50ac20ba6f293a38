/** The web console: pages rendered here, for operators. */
@NullMarked
package dev.fanfare.control.console;

import org.jspecify.annotations.NullMarked;
