"""What the book teaches, in NumPy: layers, gradients, optimizers, networks.

Read in this order: functions, gradient, layers, network, two_layer_net, optimizer,
multi_layer_net, util, conv_layers, simple_convnet, trainer. Each file is one idea.
"""
