/** What was tried: the newest attempts, and questions about them. */
@NullMarked
package dev.fanfare.control.attempt;

import org.jspecify.annotations.NullMarked;
