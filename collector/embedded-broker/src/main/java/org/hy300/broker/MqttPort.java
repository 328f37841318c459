// SPDX-License-Identifier: Apache-2.0
// The port that the broker listens on: MQTT and nothing else, no WebSocket and no HTTP.
package org.hy300.broker;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;

/**
 * An acceptor of Artemis takes a connection that begins as HTTP does for a WebSocket, whatever
 * protocols it is told, and a web page opens those anywhere. So the listening is done here, and the
 * acceptor gets the connections, as from an application server that shares its port: its option
 * {@code httpUpgradeEnabled}.
 */
final class MqttPort {
  /** The first byte of each MQTT connection: the packet CONNECT. No request of HTTP has it. */
  private static final int CONNECT = 0x10;

  private MqttPort() {}

  /**
   * Listens on 127.0.0.1.
   *
   * @param port 0 for one that the system chooses
   * @return the port
   */
  static int open(int port, NettyAcceptor acceptor) throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(new NioEventLoopGroup())
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connection.pipeline().addLast(new FirstByte());
                    acceptor.transfer(connection);
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
    return ((InetSocketAddress) bound.channel().localAddress()).getPort();
  }

  /** Closes the connection that does not begin as MQTT does, and is not in the way of others. */
  private static final class FirstByte extends ChannelInboundHandlerAdapter {
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // There is nothing left to do with it.
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      if (bytes.getUnsignedByte(bytes.readerIndex()) == CONNECT) {
        context.pipeline().remove(this);
        context.fireChannelRead(bytes);
      } else {
        bytes.release();
        context.close();
      }
    }
  }
}
