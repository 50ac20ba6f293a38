/** What all routes share: query parameters, answers. */
@NullMarked
package dev.fanfare.control.http;

import org.jspecify.annotations.NullMarked;
