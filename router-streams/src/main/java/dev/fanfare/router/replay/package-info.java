/** Events of the past for one subscription: runs that somebody began, worked on by one router at a time. */
@NullMarked
package dev.fanfare.router.replay;

import org.jspecify.annotations.NullMarked;
