/** Requests and answers over connections that are kept: HTTP/1.1 and HTTP/2 on Netty, one event loop each. No Kafka. */
@NullMarked
package dev.fanfare.dispatcher.http;

import org.jspecify.annotations.NullMarked;
