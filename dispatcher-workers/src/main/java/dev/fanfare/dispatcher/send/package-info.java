/** One attempt: the request, its signature, the exchange with the endpoint and its deadline. */
@NullMarked
package dev.fanfare.dispatcher.send;

import org.jspecify.annotations.NullMarked;
