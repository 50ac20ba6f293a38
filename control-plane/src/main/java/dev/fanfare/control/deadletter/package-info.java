/** Dead letters for the API and the console: what is outstanding, and runs that move it. */
@NullMarked
package dev.fanfare.control.deadletter;

import org.jspecify.annotations.NullMarked;
