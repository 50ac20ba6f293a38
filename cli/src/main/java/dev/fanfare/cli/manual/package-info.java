/** Shell completion and manual pages, made of the commands as they are. */
@NullMarked
package dev.fanfare.cli.manual;

import org.jspecify.annotations.NullMarked;
