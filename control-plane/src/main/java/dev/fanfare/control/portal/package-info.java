/** Links that let a subscriber into the console, to one tenant's pages, for a while. */
@NullMarked
package dev.fanfare.control.portal;

import org.jspecify.annotations.NullMarked;
