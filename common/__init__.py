"""What the book teaches, in NumPy: layers, gradients, optimizers, networks; each file is one idea.

Read in this order: functions, gradient, layers, network, two_layer_net, optimizer, trainer,
initializer, multi_layer_net, multi_layer_net_extend, util, conv_layers, simple_convnet.
"""
