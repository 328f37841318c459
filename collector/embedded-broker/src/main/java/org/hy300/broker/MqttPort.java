// SPDX-License-Identifier: Apache-2.0
// The port that the broker listens on: MQTT only, without WebSocket and HTTP.
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
 * An acceptor of Artemis accepts WebSocket connections, whatever protocols it is configured for,
 * and any web page can open those. So this class listens, and hands the connections to the
 * acceptor, like an application server that shares its port: the acceptor's option {@code
 * httpUpgradeEnabled}.
 */
final class MqttPort {
  /**
   * The first byte of every MQTT connection: the packet CONNECT. No HTTP request starts with it.
   */
  private static final int CONNECT = 0x10;

  private MqttPort() {}

  /**
   * Listens on 127.0.0.1.
   *
   * @param port 0 to let the system choose one
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

  /** Closes connections that do not start like MQTT, and removes itself from others. */
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
